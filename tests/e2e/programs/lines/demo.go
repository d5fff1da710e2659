package main

// #include <stdlib.h>
// static void *made(size_t size) { return malloc(size); }
import "C"

import (
	"fmt"
	"sort"
	"unsafe"
)

type pool struct{ items []unsafe.Pointer }

func (p *pool) grow(size int) {
	p.items = append(p.items, C.made(C.size_t(size)))
}

func work(count int) *pool {
	p := &pool{}
	fill := func(size int) {
		p.grow(size)
		p.items = append(p.items, C.malloc(C.size_t(size)))
	}
	for i := 0; i < count; i++ {
		fill(1000 * (i + 1))
	}
	return p
}

func main() {
	p := work(5)
	sort.Slice(p.items, func(a, b int) bool { return uintptr(p.items[a]) < uintptr(p.items[b]) })
	fmt.Println(len(p.items))
}
