package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

const own = "drydock-ingress"

type event struct {
	kind   string
	object any
}

// An API server with objects that do not change but by what is written; what is written is kept as well.
type fakeServer struct {
	mutex   sync.Mutex
	lists   map[string][]any
	events  map[string]chan event
	written map[string]map[string]any
	deleted []string
}

func (fake *fakeServer) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	parts := strings.Split(strings.Trim(request.URL.Path, "/"), "/")
	resource := parts[len(parts)-1]
	answer.Header().Set("Content-Type", "application/json")
	switch {
	case request.Method == http.MethodPatch:
		body := map[string]any{}
		_ = json.NewDecoder(request.Body).Decode(&body)
		if strings.Contains(request.URL.Path, "/services/") {
			body["spec"].(map[string]any)["clusterIP"] = "10.96.7.7"
		}
		fake.mutex.Lock()
		fake.written[request.URL.Path] = body
		fake.mutex.Unlock()
		body["apiVersion"], body["kind"] = "v1", "Service"
		if strings.Contains(request.URL.Path, "networking") {
			body["apiVersion"], body["kind"] = "networking.k8s.io/v1", "Ingress"
			if strings.Contains(request.URL.Path, "networkpolicies") {
				body["kind"] = "NetworkPolicy"
			}
		}
		_ = json.NewEncoder(answer).Encode(body)
	case request.Method == http.MethodDelete:
		fake.mutex.Lock()
		fake.deleted = append(fake.deleted, request.URL.Path)
		fake.mutex.Unlock()
		_, _ = io.WriteString(answer, `{"kind":"Status","apiVersion":"v1","status":"Success"}`)
	default:
		// A list is asked for as a watch that begins with all there is.
		kinds := map[string]string{"ingresses": "Ingress", "services": "Service", "secrets": "Secret", "endpointslices": "EndpointSlice"}
		send := func(event string, object any) {
			body, _ := json.Marshal(object)
			known := map[string]any{}
			_ = json.Unmarshal(body, &known)
			known["kind"], known["apiVersion"] = kinds[resource], strings.Join(parts[1:len(parts)-1], "/")
			_ = json.NewEncoder(answer).Encode(map[string]any{"type": event, "object": known})
			answer.(http.Flusher).Flush()
		}
		if request.URL.Query().Get("sendInitialEvents") != "" {
			for _, object := range fake.lists[resource] {
				send("ADDED", object)
			}
			end := map[string]string{meta.InitialEventsAnnotationKey: "true"}
			send("BOOKMARK", map[string]any{"metadata": map[string]any{"resourceVersion": "1", "annotations": end}})
		}
		for {
			select {
			case event := <-fake.events[resource]:
				send(event.kind, event.object)
			case <-request.Context().Done():
				return
			}
		}
	}
}

func (fake *fakeServer) wrote(path string) map[string]any {
	fake.mutex.Lock()
	defer fake.mutex.Unlock()
	return fake.written[path]
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func service(namespace, name string) *core.Service {
	return &core.Service{
		ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name, ResourceVersion: "1"},
		Spec:       core.ServiceSpec{ClusterIP: "10.96.1.1", Ports: []core.ServicePort{{Name: "web", Port: 80}}},
	}
}

func slice(namespace, name, address string) *discovery.EndpointSlice {
	web := "web"
	made := &discovery.EndpointSlice{ObjectMeta: meta.ObjectMeta{
		Namespace: namespace, Name: name + "-x", ResourceVersion: "1", Labels: map[string]string{discovery.LabelServiceName: name},
	}}
	host, port, _ := net.SplitHostPort(address)
	number, _ := strconv.ParseInt(port, 10, 32)
	number32 := int32(number)
	made.Ports = []discovery.EndpointPort{{Name: &web, Port: &number32}}
	made.Endpoints = []discovery.Endpoint{{Addresses: []string{host}}}
	return made
}

func inNamespace(namespace string, made *networking.Ingress) *networking.Ingress {
	named := class
	made.Namespace, made.ResourceVersion, made.Spec.IngressClassName = namespace, "1", &named
	return made
}

func pair(t *testing.T, host string) map[string][]byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotAfter: time.Now().Add(time.Hour)}
	certificate, _ := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	bytes, _ := x509.MarshalPKCS8PrivateKey(key)
	return map[string][]byte{
		core.TLSCertKey:       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		core.TLSPrivateKeyKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes}),
	}
}

func TestNamespacesWithTheSameHost(t *testing.T) {
	answers := func(name string) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
			if request.Header.Get("Upgrade") == "echo" {
				connection, stream, _ := answer.(http.Hijacker).Hijack()
				defer connection.Close()
				_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
				_, _ = io.Copy(connection, stream)
				return
			}
			header := request.Header
			fmt.Fprint(answer, name, " ", request.Host, request.URL.Path, " ", header.Get("X-Forwarded-For"), " ", header.Get("X-Forwarded-Host"), " ", header.Get("X-Forwarded-Proto"))
		}))
	}
	first, second, third := answers("first"), answers("second"), answers("third")
	address := func(server *httptest.Server) string { return server.Listener.Addr().String() }
	gone, _ := net.Listen("tcp", "127.0.0.1:0")
	goneAddress := gone.Addr().String()
	gone.Close()

	shop := inNamespace("lab-a", ingress("shop", 0, rule("shop.example", "/", "web", "/none", "none", "/empty", "empty", "/gone", "gone")))
	shop.Spec.TLS = []networking.IngressTLS{{Hosts: []string{"shop.example"}, SecretName: "shop"}}
	badPort := rule("shop.example", "/port", "web")
	badPort.HTTP.Paths[0].Backend.Service.Port = networking.ServiceBackendPort{Name: "http"}
	shop.Spec.Rules = append(shop.Spec.Rules, badPort)
	foreign := inNamespace("lab-c", ingress("foreign", 0, rule("shop.example", "/", "web")))
	other := "nginx"
	foreign.Spec.IngressClassName = &other
	leftover := service(own, "lab-gone")
	leftover.Spec.Ports = []core.ServicePort{{Port: 80}}
	leftover.Spec.Ports[0].TargetPort.IntVal = firstPort
	huge := inNamespace("lab-d", ingress("huge", 0, rule("shop.example", "/"+strings.Repeat("x", largest), "web")))
	fake := &fakeServer{
		lists: map[string][]any{
			"ingresses":      {shop, inNamespace("lab-b", ingress("shop", 0, rule("shop.example", "/", "web"))), foreign, huge},
			"services":       {service("lab-a", "web"), service("lab-a", "empty"), service("lab-a", "gone"), service("lab-b", "web"), leftover},
			"endpointslices": {slice("lab-a", "web", address(first)), slice("lab-b", "web", address(second)), slice("lab-a", "gone", goneAddress)},
			"secrets":        {&core.Secret{ObjectMeta: meta.ObjectMeta{Namespace: "lab-a", Name: "shop", ResourceVersion: "1"}, Data: pair(t, "shop.example"), Type: core.SecretTypeTLS}},
		},
		events:  map[string]chan event{"ingresses": make(chan event), "endpointslices": make(chan event)},
		written: map[string]map[string]any{},
	}
	api := httptest.NewServer(fake)
	defer api.CloseClientConnections()
	all, err := newCluster(&rest.Config{Host: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	keeper := newController(all, own)
	if !all.run(ctx) {
		t.Fatal("no caches")
	}
	keeper.takeUp()
	ended := make(chan struct{})
	go func() { keeper.run(ctx); close(ended) }()

	statusOf := func(namespace string) string {
		return "/apis/networking.k8s.io/v1/namespaces/" + namespace + "/ingresses/shop/status"
	}
	eventually(t, "both have an address", func() bool { return fake.wrote(statusOf("lab-a")) != nil && fake.wrote(statusOf("lab-b")) != nil })
	if told := fmt.Sprint(fake.wrote(statusOf("lab-a"))["status"]); told != "map[loadBalancer:map[ingress:[map[ip:10.96.7.7]]]]" {
		t.Error(told)
	}
	portOf := func(namespace string) int {
		written := fake.wrote("/api/v1/namespaces/" + own + "/services/" + namespace)
		return int(written["spec"].(map[string]any)["ports"].([]any)[0].(map[string]any)["targetPort"].(float64))
	}
	ask := func(namespace, host, path string) (int, string) {
		request, _ := http.NewRequest(http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", portOf(namespace), path), nil)
		request.Host = host
		request.Header.Set("X-Forwarded-For", "1.2.3.4")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, strings.TrimSpace(string(body))
	}
	expect := func(namespace, host, path string, status int, text string) {
		t.Helper()
		if gotStatus, got := ask(namespace, host, path); gotStatus != status || got != text {
			t.Errorf("%s %s%s: %d %q, not %d %q", namespace, host, path, gotStatus, got, status, text)
		}
	}
	expect("lab-a", "shop.example", "/x", 200, "first shop.example/x 127.0.0.1 shop.example http")
	expect("lab-b", "shop.example", "/x", 200, "second shop.example/x 127.0.0.1 shop.example http")
	expect("lab-a", "wrong.test", "/", 404, `No Ingress in namespace lab-a has host "wrong.test". Hosts there: shop.example.`)
	expect("lab-a", "shop.example", "/none", 503, "Service none: there is no such Service in this namespace (Ingress shop names it).")
	expect("lab-a", "shop.example", "/empty", 503, "Service empty has no ready endpoints: its selector finds no running pods.")
	expect("lab-a", "shop.example", "/port", 503, "Service web has no port http (Ingress shop names it).")
	if status, text := ask("lab-a", "shop.example", "/gone"); status != 502 || !strings.Contains(text, "Service gone: "+goneAddress+" did not answer") {
		t.Error(status, text)
	}
	if fake.wrote("/apis/networking.k8s.io/v1/namespaces/"+own+"/networkpolicies/lab-a") == nil {
		t.Error("no policy")
	}
	if fake.wrote("/api/v1/namespaces/"+own+"/services/lab-c") != nil {
		t.Error("another class was answered")
	}
	if fake.wrote("/api/v1/namespaces/"+own+"/services/lab-d") != nil {
		t.Error("what is too large for all was answered")
	}
	eventually(t, "what is left over goes", func() bool {
		fake.mutex.Lock()
		defer fake.mutex.Unlock()
		return len(fake.deleted) == 2 && fake.deleted[1] == "/api/v1/namespaces/"+own+"/services/lab-gone"
	})

	secure := func(host string) error {
		connection, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", portOf("lab-a")+1), &tls.Config{ServerName: host, InsecureSkipVerify: true})
		if err != nil {
			return err
		}
		defer connection.Close()
		return connection.ConnectionState().PeerCertificates[0].VerifyHostname(host)
	}
	if err := secure("shop.example"); err != nil {
		t.Error(err)
	}
	if err := secure("wrong.test"); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
		t.Error(err)
	}

	// Two pods in turn; one that is gone, and still among the endpoints, is noticed by nobody.
	more := slice("lab-a", "web", address(third))
	more.Name = "web-y"
	fake.events["endpointslices"] <- event{"ADDED", more}
	names := func(count int) map[string]int {
		seen := map[string]int{}
		for range count {
			_, text := ask("lab-a", "shop.example", "/")
			name, _, _ := strings.Cut(text, " ")
			seen[name]++
		}
		return seen
	}
	eventually(t, "both answer", func() bool { return names(1)["third"] == 1 })
	if seen := names(10); seen["first"] != 5 || seen["third"] != 5 {
		t.Error(seen)
	}
	third.Close()
	if seen := names(10); seen["first"] != 10 {
		t.Error(seen)
	}

	connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", portOf("lab-a")))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	said := make([]byte, 12)
	if _, err := io.ReadFull(connection, said); err != nil || string(said) != "HTTP/1.1 101" {
		t.Errorf("%q %v", said, err)
	}
	connection.Close()

	// One too many is closed at once.
	for range connections {
		held, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", portOf("lab-b")))
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
	}
	eventually(t, "no place is left", func() bool {
		more, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", portOf("lab-b")))
		if err != nil {
			return true
		}
		defer more.Close()
		_ = more.SetReadDeadline(time.Now().Add(time.Second))
		_, err = more.Read(said)
		timeout, is := err.(net.Error)
		return err != nil && !(is && timeout.Timeout())
	})

	fake.events["ingresses"] <- event{"DELETED", shop}
	eventually(t, "a namespace without an Ingress gives its address back", func() bool {
		fake.mutex.Lock()
		defer fake.mutex.Unlock()
		return len(fake.deleted) == 4 && fake.deleted[3] == "/api/v1/namespaces/"+own+"/services/lab-a"
	})
	cancel()
	<-ended
}
