package main

/*
#include <stdlib.h>
#include <string.h>
static void *lose(void) { return memset(malloc(100), 0, 100); }
*/
import "C"
import (
	"fmt"
	"os"
	"unsafe"
)

func main() {
	text := C.CString("hello")
	fmt.Println(C.GoString(text))
	C.free(unsafe.Pointer(text))
	done := make(chan int)
	go func() { done <- int(C.strlen(empty())) }()
	fmt.Println(<-done)
	if len(os.Args) > 1 {
		fmt.Println(C.lose())
	}
}

func empty() *C.char { return (*C.char)(unsafe.Pointer(&[]byte{0}[0])) }
