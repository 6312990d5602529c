package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const (
	// Whose fields they are in what it writes.
	manager   = "drydock-ingress"
	writeTime = 10 * time.Second
	// Of an object that learners write: dozens of rules, or a chain of certificates, are a tenth of it.
	largest = 64 << 10
)

// What the cluster tells, and the ways to write. Plain clients of three groups: the set of all of them takes several times the memory.
type cluster struct {
	core, networking, discovery *rest.RESTClient

	ingresses, services, slices, secrets cache.SharedIndexInformer
}

func newCluster(config *rest.Config) (*cluster, error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(core.AddToScheme(scheme), networking.AddToScheme(scheme), discovery.AddToScheme(scheme)); err != nil {
		return nil, err
	}
	codecs := serializer.NewCodecFactory(scheme)
	client := func(root string, group schema.GroupVersion) (*rest.RESTClient, error) {
		own := rest.CopyConfig(config)
		own.APIPath = root
		own.GroupVersion = &group
		own.NegotiatedSerializer = codecs.WithoutConversion()
		own.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
		own.QPS, own.Burst = 20, 50
		return rest.RESTClientFor(own)
	}
	all := &cluster{}
	var first, second, third error
	all.core, first = client("/api", core.SchemeGroupVersion)
	all.networking, second = client("/apis", networking.SchemeGroupVersion)
	all.discovery, third = client("/apis", discovery.SchemeGroupVersion)
	if err := errors.Join(first, second, third); err != nil {
		return nil, err
	}
	byNamespace := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	tlsOnly := fields.OneTermEqualSelector("type", string(core.SecretTypeTLS))
	all.ingresses = informer(all.networking, "ingresses", &networking.Ingress{}, fields.Everything(), byNamespace, slim)
	all.services = informer(all.core, "services", &core.Service{}, fields.Everything(), nil, slim)
	all.slices = informer(all.discovery, "endpointslices", &discovery.EndpointSlice{}, fields.Everything(), cache.Indexers{byService: serviceOf}, slim)
	all.secrets = informer(all.core, "secrets", &core.Secret{}, tlsOnly, nil, onlyCertificate)
	return all, nil
}

func informer(client *rest.RESTClient, resource string, example runtime.Object, which fields.Selector, by cache.Indexers, transform cache.TransformFunc) cache.SharedIndexInformer {
	source := cache.NewListWatchFromClient(client, resource, meta.NamespaceAll, which)
	made := cache.NewSharedIndexInformer(source, example, 0, by)
	// Fails only for one that runs.
	_ = made.SetTransform(transform)
	return made
}

// Fills the caches, and keeps them so until the context ends.
func (all *cluster) run(ctx context.Context) bool {
	informers := []cache.SharedIndexInformer{all.ingresses, all.services, all.slices, all.secrets}
	var synced []cache.InformerSynced
	for _, one := range informers {
		go one.RunWithContext(ctx)
		synced = append(synced, one.HasSynced)
	}
	return cache.WaitForCacheSync(ctx.Done(), synced...)
}

// Keeps of an object what is used. What somebody has made too large for a cache that all share counts as empty.
func slim(object any) (any, error) {
	if known, is := object.(meta.Object); is {
		known.SetManagedFields(nil)
	}
	switch known := object.(type) {
	case *networking.Ingress:
		if known.Size() > largest {
			slog.Warn("an Ingress is too large to be answered", "namespace", known.Namespace, "name", known.Name)
			return &networking.Ingress{ObjectMeta: identity(known)}, nil
		}
	case *core.Service:
		known.Annotations = nil
		if known.Size() > largest {
			return &core.Service{ObjectMeta: identity(known)}, nil
		}
	case *discovery.EndpointSlice:
		known.Annotations = nil
	}
	return object, nil
}

func identity(of meta.Object) meta.ObjectMeta {
	return meta.ObjectMeta{Namespace: of.GetNamespace(), Name: of.GetName(), UID: of.GetUID(), ResourceVersion: of.GetResourceVersion()}
}

// A certificate is what is kept of a Secret: nil where its key and its certificate do not fit, or are too large.
type certificate struct {
	meta.ObjectMeta
	pair *tls.Certificate
}

func onlyCertificate(object any) (any, error) {
	secret, is := object.(*core.Secret)
	if !is {
		return object, nil
	}
	kept := &certificate{ObjectMeta: identity(secret)}
	if secret.Size() > largest {
		return kept, nil
	}
	if pair, err := tls.X509KeyPair(secret.Data[core.TLSCertKey], secret.Data[core.TLSPrivateKeyKey]); err == nil {
		kept.pair = &pair
	}
	return kept, nil
}

func (all *cluster) certificate(namespace, name string) *tls.Certificate {
	if found, there, _ := all.secrets.GetStore().GetByKey(namespace + "/" + name); there {
		return found.(*certificate).pair
	}
	return nil
}

func serviceOf(object any) ([]string, error) {
	slice := object.(*discovery.EndpointSlice)
	return []string{slice.Namespace + "/" + slice.Labels[discovery.LabelServiceName]}, nil
}

// Makes an object, or changes the one that is there to be like it.
func apply(ctx context.Context, client *rest.RESTClient, resource string, object meta.Object, result runtime.Object) error {
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return client.Patch(types.ApplyPatchType).Namespace(object.GetNamespace()).Resource(resource).Name(object.GetName()).
		Param("fieldManager", manager).Param("force", "true").Timeout(writeTime).Body(body).Do(ctx).Into(result)
}

func remove(ctx context.Context, client *rest.RESTClient, resource, namespace, name string) error {
	err := client.Delete().Namespace(namespace).Resource(resource).Name(name).Timeout(writeTime).Do(ctx).Error()
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
