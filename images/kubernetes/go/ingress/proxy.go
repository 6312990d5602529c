package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"time"
)

const (
	connectTime = 2 * time.Second
	// Of a backend, until its answer begins.
	answerTime  = 60 * time.Second
	headerTime  = 10 * time.Second
	idleTime    = 60 * time.Second
	headerBytes = 16 << 10
	// Of a backend's answer; Go's own limit is 10 MiB.
	answerHeaderBytes = 64 << 10
	// Of a namespace, so that none of them takes all memory: a connection that is busy both ways takes about 100 KiB.
	connections = 64
	copyBytes   = 16 << 10
	// How many names an answer tells.
	namesTold = 20
)

// A request that has found its backend, in its context.
type target struct {
	backend   *backend
	addresses []string
}

type targetKey struct{}

// A proxy leads requests of all namespaces to pods.
type proxy struct {
	endpoints endpoints
	reverse   *httputil.ReverseProxy
}

func newProxy(known endpoints) *proxy {
	transport := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: connectTime}).DialContext,
		ResponseHeaderTimeout:  answerTime,
		MaxResponseHeaderBytes: answerHeaderBytes,
		ExpectContinueTimeout:  time.Second,
		DisableCompression:     true,
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        15 * time.Second,
	}
	return &proxy{endpoints: known, reverse: &httputil.ReverseProxy{
		Rewrite: func(request *httputil.ProxyRequest) {
			request.Out.URL.Scheme = "http"
			request.Out.Host = request.In.Host
			request.SetXForwarded()
		},
		Transport:    turns{transport},
		BufferPool:   &buffers{},
		ErrorHandler: unanswered,
		ErrorLog:     silent,
	}}
}

func (all *proxy) serve(namespace string, rules *routes, answer http.ResponseWriter, request *http.Request) {
	host := hostOf(request.Host)
	to, known := rules.find(host, request.URL.Path)
	if to == nil {
		tell(answer, http.StatusNotFound, notFound(namespace, rules, host, request.URL.Path, known))
		return
	}
	addresses, err := all.endpoints.of(namespace, to)
	if err != nil {
		tell(answer, http.StatusServiceUnavailable, err.Error()+".")
		return
	}
	found := context.WithValue(request.Context(), targetKey{}, target{to, addresses})
	all.reverse.ServeHTTP(answer, request.WithContext(found))
}

func notFound(namespace string, rules *routes, host, path string, known bool) string {
	if known {
		return fmt.Sprintf("No Ingress in namespace %s has a path for %q on host %q.", namespace, path, host)
	}
	names := rules.names()
	if len(names) == 0 {
		return fmt.Sprintf("No Ingress in namespace %s has a rule.", namespace)
	}
	more := ""
	if len(names) > namesTold {
		more = fmt.Sprintf(" and %d more", len(names)-namesTold)
		names = names[:namesTold]
	}
	return fmt.Sprintf("No Ingress in namespace %s has host %q. Hosts there: %s%s.", namespace, host, strings.Join(names, ", "), more)
}

// Turns asks a Service's endpoints one after the other.
type turns struct{ next http.RoundTripper }

func (all turns) RoundTrip(request *http.Request) (*http.Response, error) {
	to := request.Context().Value(targetKey{}).(target)
	count := uint32(len(to.addresses))
	first := to.backend.turn.Add(1)
	for try := uint32(0); ; try++ {
		address := to.addresses[(first+try)%count]
		asked := request.Clone(request.Context())
		asked.URL.Host = address
		answer, err := all.next.RoundTrip(asked)
		if err == nil {
			return answer, nil
		}
		// Without a connection nothing was sent; a pod that has just gone answers so.
		if lost, is := errors.AsType[*net.OpError](err); is && lost.Op == "dial" && try == 0 && count > 1 && hasNoBody(request) {
			continue
		}
		return nil, fmt.Errorf("Service %s: %s did not answer: %w", to.backend.service.Name, address, err)
	}
}

func hasNoBody(request *http.Request) bool {
	return request.Body == nil || request.Body == http.NoBody
}

func unanswered(answer http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusBadGateway
	if waited, is := errors.AsType[net.Error](err); is && waited.Timeout() {
		status = http.StatusGatewayTimeout
	}
	tell(answer, status, err.Error()+".")
}

func tell(answer http.ResponseWriter, status int, text string) {
	answer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	answer.Header().Set("X-Content-Type-Options", "nosniff")
	answer.WriteHeader(status)
	fmt.Fprintln(answer, text)
}

// Buffers for bodies on their way.
type buffers struct{ pool sync.Pool }

func (all *buffers) Get() []byte {
	if kept, is := all.pool.Get().(*[]byte); is {
		return *kept
	}
	return make([]byte, copyBytes)
}

func (all *buffers) Put(buffer []byte) { all.pool.Put(&buffer) }

// Answers requests at both ports of a namespace. HTTP/1.1 only: with HTTP/2 a connection would be as many as it likes.
func newServer(handler http.Handler) *http.Server {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerBytes,
		Protocols:         protocols,
		ErrorLog:          silent,
	}
}

func tlsListener(listener net.Listener, certificate func(host string) *tls.Certificate) net.Listener {
	return tls.NewListener(listener, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		// Without one, Go refuses with the alert `unrecognized_name`, which clients tell.
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return certificate(hostOf(hello.ServerName)), nil
		},
	})
}
