package main

import (
	"fmt"
	"net"
	"slices"
	"strconv"

	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/client-go/tools/cache"
)

const byService = "service"

// Where a Service's pods answer, as the caches have it.
type endpoints struct {
	services cache.Store
	slices   cache.Indexer
}

// Addresses of ready endpoints in a lasting order; or why there are none, in words for whoever wrote the Ingress.
func (known endpoints) of(namespace string, to *backend) ([]string, error) {
	if to.service == nil {
		return nil, fmt.Errorf("Ingress %s leads to a resource that is no Service; only Services can be reached", to.ingress)
	}
	name := to.service.Name
	found, there, _ := known.services.GetByKey(namespace + "/" + name)
	if !there {
		return nil, fmt.Errorf("Service %s: there is no such Service in this namespace (Ingress %s names it)", name, to.ingress)
	}
	service := found.(*core.Service)
	if service.Spec.Type == core.ServiceTypeExternalName {
		return nil, fmt.Errorf("Service %s is of type ExternalName, which leads out of the cluster", name)
	}
	port := portOf(service, to.service.Port)
	if port == nil {
		return nil, fmt.Errorf("Service %s has no port %s (Ingress %s names it)", name, portName(to.service.Port), to.ingress)
	}
	var addresses []string
	waiting := 0
	parts, _ := known.slices.ByIndex(byService, namespace+"/"+name)
	for _, part := range parts {
		ready, others := addressesIn(part.(*discovery.EndpointSlice), port.Name)
		addresses = append(addresses, ready...)
		waiting += others
	}
	if len(addresses) == 0 {
		if waiting > 0 {
			return nil, fmt.Errorf("Service %s has no ready endpoints: of its %d pods none is ready", name, waiting)
		}
		return nil, fmt.Errorf("Service %s has no ready endpoints: its selector finds no running pods", name)
	}
	slices.Sort(addresses)
	return slices.Compact(addresses), nil
}

func portOf(service *core.Service, wanted networking.ServiceBackendPort) *core.ServicePort {
	for index := range service.Spec.Ports {
		port := &service.Spec.Ports[index]
		if (wanted.Name != "" && port.Name == wanted.Name) || (wanted.Name == "" && port.Port == wanted.Number) {
			return port
		}
	}
	return nil
}

func portName(port networking.ServiceBackendPort) string {
	if port.Name != "" {
		return port.Name
	}
	return strconv.Itoa(int(port.Number))
}

// A slice's ports have the names of the Service's.
func addressesIn(part *discovery.EndpointSlice, name string) (ready []string, others int) {
	number := ""
	for _, port := range part.Ports {
		if port.Port != nil && name == valueOf(port.Name) {
			number = strconv.Itoa(int(*port.Port))
		}
	}
	for _, endpoint := range part.Endpoints {
		unready := endpoint.Conditions.Ready != nil && !*endpoint.Conditions.Ready
		if unready || number == "" || len(endpoint.Addresses) == 0 {
			others++
			continue
		}
		// All addresses of one endpoint are the same pod: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
		ready = append(ready, net.JoinHostPort(endpoint.Addresses[0], number))
	}
	return ready, others
}

func valueOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
