package main

import (
	"cmp"
	"maps"
	"net"
	"slices"
	"strings"
	"sync/atomic"

	networking "k8s.io/api/networking/v1"
)

// A backend is what an Ingress names.
type backend struct {
	ingress string
	// Nil where it names a resource of another kind.
	service *networking.IngressServiceBackend
	turn    atomic.Uint32
}

type route struct {
	path     string
	elements []string
	exact    bool
	backend  *backend
}

// Routes are all rules of a namespace. What they do: https://kubernetes.io/docs/concepts/services-networking/ingress/
type routes struct {
	// By host as it is written: exact, `*.` and a domain, or nothing for any.
	hosts    map[string][]route
	fallback *backend
	// By host: the Secret with its certificate; that of no host is for all others.
	secrets map[string]string
}

// Of two that say the same, the older one holds.
func routesOf(ingresses []*networking.Ingress) *routes {
	ingresses = slices.SortedFunc(slices.Values(ingresses), func(a, b *networking.Ingress) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	found := &routes{hosts: map[string][]route{}, secrets: map[string]string{}}
	for _, ingress := range ingresses {
		to := func(named networking.IngressBackend) *backend {
			return &backend{ingress: ingress.Name, service: named.Service}
		}
		if found.fallback == nil && ingress.Spec.DefaultBackend != nil {
			found.fallback = to(*ingress.Spec.DefaultBackend)
		}
		for _, pair := range ingress.Spec.TLS {
			found.certify(pair)
		}
		for _, rule := range ingress.Spec.Rules {
			host := strings.ToLower(rule.Host)
			under := found.hosts[host]
			if rule.HTTP != nil {
				for _, path := range rule.HTTP.Paths {
					exact := path.PathType != nil && *path.PathType == networking.PathTypeExact
					under = append(under, route{path.Path, elements(path.Path), exact, to(path.Backend)})
				}
			}
			// Also of a host without paths: it is known, and leads to the default backend.
			found.hosts[host] = under
		}
	}
	for _, under := range found.hosts {
		slices.SortStableFunc(under, longestFirst)
	}
	return found
}

func (all *routes) certify(pair networking.IngressTLS) {
	hosts := pair.Hosts
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	for _, host := range hosts {
		host = strings.ToLower(host)
		if _, taken := all.secrets[host]; !taken {
			all.secrets[host] = pair.SecretName
		}
	}
}

// The name of the Secret with this host's certificate, or nothing.
func (all *routes) secret(host string) string {
	for _, name := range []string{host, wildcard(host), ""} {
		if secret, there := all.secrets[name]; there {
			return secret
		}
	}
	return ""
}

func longestFirst(a, b route) int {
	exactFirst := 0
	if a.exact != b.exact {
		exactFirst = 1
		if a.exact {
			exactFirst = -1
		}
	}
	return cmp.Or(cmp.Compare(len(b.elements), len(a.elements)), exactFirst)
}

// For a request: the backend, or nil; and whether there are rules for its host.
func (all *routes) find(host, path string) (to *backend, known bool) {
	asked := elements(path)
	for _, name := range []string{host, wildcard(host), ""} {
		under, there := all.hosts[name]
		known = known || there
		for _, one := range under {
			if one.matches(path, asked) {
				return one.backend, true
			}
		}
	}
	return all.fallback, known
}

func (one route) matches(path string, asked []string) bool {
	if one.exact {
		return one.path == path
	}
	return len(one.elements) <= len(asked) && slices.Equal(one.elements, asked[:len(one.elements)])
}

// Hosts as they are written, in order.
func (all *routes) names() []string {
	return slices.Sorted(maps.Keys(all.hosts))
}

func elements(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(element string) bool { return element == "" })
}

// The name that covers this host and its neighbours: one label is any.
func wildcard(host string) string {
	if _, domain, found := strings.Cut(host, "."); found {
		return "*." + domain
	}
	return "*."
}

// Of a Host header: without its port, as rules have it.
func hostOf(header string) string {
	if name, _, err := net.SplitHostPort(header); err == nil {
		header = name
	}
	return strings.ToLower(strings.TrimSuffix(header, "."))
}
