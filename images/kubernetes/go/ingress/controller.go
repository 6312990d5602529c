package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

const (
	class = "drydock"
	// Of IngressClasses before there were any; manifests still have it.
	classAnnotation = "kubernetes.io/ingress.class"
	// For requests under way, when it is told to end.
	endTime = 5 * time.Second
)

// A controller keeps what each namespace has as its Ingresses say: one namespace after the other.
type controller struct {
	cluster *cluster
	proxy   *proxy
	// Its own namespace.
	own string
	// Its own pods.
	selector map[string]string
	sites    map[string]*site
	queue    workqueue.TypedRateLimitingInterface[string]
}

func newController(all *cluster, own string) *controller {
	made := &controller{
		cluster:  all,
		proxy:    newProxy(endpoints{all.services.GetStore(), all.slices.GetIndexer()}),
		own:      own,
		selector: map[string]string{"app": manager},
		sites:    map[string]*site{},
		queue:    workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]()),
	}
	_, _ = all.ingresses.AddEventHandler(made.onChange(func(namespace, _ string) string { return namespace }))
	// An address that somebody took away comes back.
	_, _ = all.services.AddEventHandler(made.onChange(func(namespace, name string) string {
		if namespace == own {
			return name
		}
		return ""
	}))
	return made
}

func (all *controller) onChange(site func(namespace, name string) string) cache.ResourceEventHandler {
	enqueue := func(object any) {
		key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object)
		namespace, name, _ := cache.SplitMetaNamespaceKey(key)
		if of := site(namespace, name); err == nil && of != "" {
			all.queue.Add(of)
		}
	}
	return cache.ResourceEventHandlerFuncs{AddFunc: enqueue, UpdateFunc: func(_, object any) { enqueue(object) }, DeleteFunc: enqueue}
}

// Opens the ports that were given away before, so that a restart is short for all. The caches are filled.
func (all *controller) takeUp() {
	for _, object := range all.cluster.services.GetStore().List() {
		service := object.(*core.Service)
		if service.Namespace != all.own || portOfSite(service) == 0 {
			continue
		}
		one, err := openSite(service.Name, portOfSite(service), all.proxy, all.cluster)
		if err != nil {
			slog.Error("a port could not be opened", "namespace", service.Name, "error", err)
			continue
		}
		one.rules.Store(routesOf(all.ingresses(service.Name)))
		all.sites[service.Name] = one
	}
}

func (all *controller) run(ctx context.Context) {
	go func() {
		<-ctx.Done()
		all.queue.ShutDown()
	}()
	for {
		namespace, ended := all.queue.Get()
		if ended {
			break
		}
		if err := all.reconcile(ctx, namespace); err != nil {
			slog.Warn("a namespace is not as it should be; tried again", "namespace", namespace, "error", err)
			all.queue.AddRateLimited(namespace)
		} else {
			all.queue.Forget(namespace)
		}
		all.queue.Done(namespace)
	}
	last, end := context.WithTimeout(context.Background(), endTime)
	defer end()
	for _, one := range all.sites {
		_ = one.server.Shutdown(last)
	}
}

func (all *controller) reconcile(ctx context.Context, namespace string) error {
	ingresses := all.ingresses(namespace)
	if len(ingresses) == 0 {
		return all.close(ctx, namespace)
	}
	one := all.sites[namespace]
	if one == nil {
		port, err := all.freePort()
		if err != nil {
			return err
		}
		if one, err = openSite(namespace, port, all.proxy, all.cluster); err != nil {
			return err
		}
		all.sites[namespace] = one
	}
	one.rules.Store(routesOf(ingresses))
	address, err := all.address(ctx, one)
	if err != nil {
		return err
	}
	for _, ingress := range ingresses {
		if err := all.publish(ctx, ingress, address); err != nil {
			return err
		}
	}
	return nil
}

// Of the class, in a namespace.
func (all *controller) ingresses(namespace string) []*networking.Ingress {
	var found []*networking.Ingress
	objects, _ := all.cluster.ingresses.GetIndexer().ByIndex(cache.NamespaceIndex, namespace)
	for _, object := range objects {
		ingress := object.(*networking.Ingress)
		named := ingress.Annotations[classAnnotation]
		if ingress.Spec.IngressClassName != nil {
			named = *ingress.Spec.IngressClassName
		}
		if named == class {
			found = append(found, ingress)
		}
	}
	return found
}

// The address of a site; made when there is none.
func (all *controller) address(ctx context.Context, one *site) (string, error) {
	if !one.guarded {
		policy := one.policy(all.own, all.selector)
		if err := apply(ctx, all.cluster.networking, "networkpolicies", policy, &networking.NetworkPolicy{}); err != nil {
			return "", err
		}
		one.guarded = true
	}
	if known, there, _ := all.cluster.services.GetStore().GetByKey(all.own + "/" + one.namespace); there {
		if service := known.(*core.Service); portOfSite(service) == one.port && service.Spec.ClusterIP != "" {
			return service.Spec.ClusterIP, nil
		}
	}
	made := &core.Service{}
	err := apply(ctx, all.cluster.core, "services", one.service(all.own, all.selector), made)
	return made.Spec.ClusterIP, err
}

// Writes into an Ingress where it is answered.
func (all *controller) publish(ctx context.Context, ingress *networking.Ingress, address string) error {
	told := ingress.Status.LoadBalancer.Ingress
	if len(told) == 1 && told[0].IP == address {
		return nil
	}
	status := networking.IngressStatus{}
	status.LoadBalancer.Ingress = []networking.IngressLoadBalancerIngress{{IP: address}}
	body, err := json.Marshal(map[string]any{"status": status})
	if err != nil {
		return err
	}
	return all.cluster.networking.Patch(types.MergePatchType).Namespace(ingress.Namespace).Resource("ingresses").Name(ingress.Name).
		SubResource("status").Param("fieldManager", manager).Timeout(writeTime).Body(body).Do(ctx).Error()
}

// Takes from a namespace without an Ingress what it had; the namespace itself may be gone.
func (all *controller) close(ctx context.Context, namespace string) error {
	if one := all.sites[namespace]; one != nil {
		one.rules.Store(routesOf(nil))
	}
	known, there, _ := all.cluster.services.GetStore().GetByKey(all.own + "/" + namespace)
	if all.sites[namespace] == nil && (!there || portOfSite(known.(*core.Service)) == 0) {
		return nil
	}
	// In this order: the Service is what a restart finds it by.
	if err := remove(ctx, all.cluster.networking, "networkpolicies", all.own, namespace); err != nil {
		return err
	}
	if err := remove(ctx, all.cluster.core, "services", all.own, namespace); err != nil {
		return err
	}
	if one := all.sites[namespace]; one != nil {
		one.server.Close()
		delete(all.sites, namespace)
	}
	return nil
}

func (all *controller) freePort() (int32, error) {
	taken := map[int32]bool{}
	for _, one := range all.sites {
		taken[one.port] = true
	}
	for index := range int32(mostSites) {
		if port := int32(firstPort) + 2*index; !taken[port] {
			return port, nil
		}
	}
	return 0, fmt.Errorf("all %d pairs of ports are taken", mostSites)
}
