package main

import (
	"testing"
	"time"

	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func ingress(name string, age time.Duration, rules ...networking.IngressRule) *networking.Ingress {
	created := meta.NewTime(time.Unix(1_000_000, 0).Add(-age))
	return &networking.Ingress{
		ObjectMeta: meta.ObjectMeta{Namespace: "lab", Name: name, CreationTimestamp: created},
		Spec:       networking.IngressSpec{Rules: rules},
	}
}

func leads(service string) networking.IngressBackend {
	port := networking.ServiceBackendPort{Number: 80}
	return networking.IngressBackend{Service: &networking.IngressServiceBackend{Name: service, Port: port}}
}

// Pairs of a path and a Service; `=` before a path makes it exact.
func rule(host string, pairs ...string) networking.IngressRule {
	var paths []networking.HTTPIngressPath
	for index := 0; index < len(pairs); index += 2 {
		path, kind := pairs[index], networking.PathTypePrefix
		if path != "" && path[0] == '=' {
			path, kind = path[1:], networking.PathTypeExact
		}
		paths = append(paths, networking.HTTPIngressPath{Path: path, PathType: &kind, Backend: leads(pairs[index+1])})
	}
	value := networking.IngressRuleValue{HTTP: &networking.HTTPIngressRuleValue{Paths: paths}}
	return networking.IngressRule{Host: host, IngressRuleValue: value}
}

func TestRoutes(t *testing.T) {
	fallback := leads("fallback")
	withDefault := ingress("default", 0)
	withDefault.Spec.DefaultBackend = &fallback
	all := routesOf([]*networking.Ingress{
		ingress("young", time.Minute, rule("shop.example", "/", "young", "/young", "young")),
		ingress("old", time.Hour,
			rule("Shop.example", "/", "shop", "/api", "api", "/api/admin/", "admin", "=/api", "exact", "=/end/", "end"),
			rule("*.example", "/", "wild"),
			rule("", "/any", "any"),
			networking.IngressRule{Host: "bare.test"},
		),
		withDefault,
	})
	for _, one := range []struct{ host, path, service string }{
		{"shop.example", "/", "shop"},
		{"shop.example", "", "shop"},
		{"shop.example", "/apiary", "shop"},
		{"shop.example", "/api", "exact"},
		{"shop.example", "/api/", "api"},
		{"shop.example", "/api/about", "api"},
		{"shop.example", "/api/admin", "admin"},
		{"shop.example", "/api/admin/x", "admin"},
		{"shop.example", "/end", "shop"},
		{"shop.example", "/end/", "end"},
		{"shop.example", "/young/x", "young"},
		{"other.example", "/x", "wild"},
		{"a.b.example", "/x", "fallback"},
		{"example", "/x", "fallback"},
		{"a.b.example", "/any/x", "any"},
		{"bare.test", "/x", "fallback"},
	} {
		if to, _ := all.find(one.host, one.path); to == nil || to.service.Name != one.service {
			t.Errorf("%s%s: %v, not %s", one.host, one.path, to, one.service)
		}
	}
}

func TestRoutesOfNobody(t *testing.T) {
	all := routesOf([]*networking.Ingress{ingress("one", 0, rule("shop.example", "/api", "api"))})
	if to, known := all.find("shop.example", "/"); to != nil || !known {
		t.Error("a path without a rule on a host with one")
	}
	if to, known := all.find("other.example", "/api"); to != nil || known {
		t.Error("a host without a rule")
	}
}

func TestSecrets(t *testing.T) {
	with := ingress("one", 0)
	with.Spec.TLS = []networking.IngressTLS{
		{Hosts: []string{"Shop.example"}, SecretName: "shop"}, {Hosts: []string{"*.example"}, SecretName: "wild"},
	}
	all := routesOf([]*networking.Ingress{with})
	for host, secret := range map[string]string{"shop.example": "shop", "b.example": "wild", "a.b.example": "", "": ""} {
		if found := all.secret(host); found != secret {
			t.Errorf("%s: %s, not %s", host, found, secret)
		}
	}
}

func TestHostOf(t *testing.T) {
	for header, host := range map[string]string{"Shop.example:80": "shop.example", "shop.example.": "shop.example", "10.0.0.1": "10.0.0.1", "": ""} {
		if hostOf(header) != host {
			t.Errorf("%s: %s", header, hostOf(header))
		}
	}
}
