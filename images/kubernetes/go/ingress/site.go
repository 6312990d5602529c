package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	// Namespaces have two ports of the controller each, from here up: for HTTP, and the next one for HTTPS.
	firstPort = 20000
	// So many namespaces at most.
	mostSites = 1000

	httpPort  = 80
	httpsPort = 443
)

// A site is what a namespace has of the controller.
type site struct {
	namespace string
	port      int32
	rules     atomic.Pointer[routes]
	server    *http.Server
	// The network policy is as it should be since the controller has started.
	guarded bool
}

// Listens at both ports.
func openSite(namespace string, port int32, through *proxy, all *cluster) (*site, error) {
	opened := &site{namespace: namespace, port: port}
	opened.rules.Store(routesOf(nil))
	opened.server = newServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		through.serve(namespace, opened.rules.Load(), answer, request)
	}))
	plain, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return nil, err
	}
	secure, err := net.Listen("tcp", fmt.Sprintf(":%d", port+1))
	if err != nil {
		plain.Close()
		return nil, err
	}
	free := make(places, connections)
	// Both end when the server is closed.
	go opened.server.Serve(limited{plain, free})
	go opened.server.Serve(tlsListener(limited{secure, free}, opened.certificate(all)))
	return opened, nil
}

// The address of a namespace: a Service of its name, as a cloud would give it a load balancer.
func (one *site) service(own string, selector map[string]string) *core.Service {
	return &core.Service{
		TypeMeta:   meta.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: meta.ObjectMeta{Namespace: own, Name: one.namespace, Labels: selector},
		Spec: core.ServiceSpec{
			Selector: selector,
			Ports: []core.ServicePort{
				{Name: "http", Protocol: core.ProtocolTCP, Port: httpPort, TargetPort: intstr.FromInt32(one.port)},
				{Name: "https", Protocol: core.ProtocolTCP, Port: httpsPort, TargetPort: intstr.FromInt32(one.port + 1)},
			},
		},
	}
}

// Only pods of the namespace itself reach its ports: neighbours share the controller, and nothing else.
func (one *site) policy(own string, selector map[string]string) *networking.NetworkPolicy {
	plain, secure := intstr.FromInt32(one.port), intstr.FromInt32(one.port+1)
	namespace := &meta.LabelSelector{MatchLabels: map[string]string{core.LabelMetadataName: one.namespace}}
	return &networking.NetworkPolicy{
		TypeMeta:   meta.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: meta.ObjectMeta{Namespace: own, Name: one.namespace},
		Spec: networking.NetworkPolicySpec{
			PodSelector: meta.LabelSelector{MatchLabels: selector},
			PolicyTypes: []networking.PolicyType{networking.PolicyTypeIngress},
			Ingress: []networking.NetworkPolicyIngressRule{{
				From:  []networking.NetworkPolicyPeer{{NamespaceSelector: namespace}},
				Ports: []networking.NetworkPolicyPort{{Port: &plain}, {Port: &secure}},
			}},
		},
	}
}

// For TLS: the certificate of a host, or nil.
func (one *site) certificate(all *cluster) func(host string) *tls.Certificate {
	return func(host string) *tls.Certificate {
		if secret := one.rules.Load().secret(host); secret != "" {
			return all.certificate(one.namespace, secret)
		}
		return nil
	}
}

// The port of a site as its Service has it; 0 of another Service.
func portOfSite(service *core.Service) int32 {
	for _, port := range service.Spec.Ports {
		target := port.TargetPort.IntVal
		if port.Port == httpPort && target >= firstPort && target < firstPort+2*mostSites && target%2 == 0 {
			return target
		}
	}
	return 0
}
