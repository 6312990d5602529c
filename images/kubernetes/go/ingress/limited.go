package main

import (
	"net"
	"sync"
)

// A place for each connection of a namespace, of both ports together.
type places chan struct{}

// Limited closes at once what finds no place.
type limited struct {
	net.Listener
	places places
}

func (listener limited) Accept() (net.Conn, error) {
	for {
		connection, err := listener.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case listener.places <- struct{}{}:
			return &placed{Conn: connection, leave: sync.OnceFunc(func() { <-listener.places })}, nil
		default:
			connection.Close()
		}
	}
}

type placed struct {
	net.Conn
	leave func()
}

func (connection *placed) Close() error {
	defer connection.leave()
	return connection.Conn.Close()
}
