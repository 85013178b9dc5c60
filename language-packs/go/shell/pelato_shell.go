//go:build go1.24

// PELATO compiles this file together with a task's own files: it exports the task's exec_task as
// pelato:task/handler@0.1.0. The constraint above gives this file Go 1.24, whatever the task's go.mod says.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"unsafe"
)

// pelatoExecTaskMustBeOneOf is named for the compiler's message about any other exec_task.
type pelatoExecTaskMustBeOneOf interface {
	func(string) string | func(string) (string, error) | func([]byte) []byte | func([]byte) ([]byte, error) |
		func(string, string) (string, string)
}

func pelatoForm[F pelatoExecTaskMustBeOneOf](f F) any { return f }

// pelatoAdapt makes one form of the five. Strings share the bytes of the call: nobody else holds them. The compiler
// knows the type of exec_task here and drops the other forms: only a task that takes an entry contains encoding/json.
func pelatoAdapt() func([]byte) ([]byte, error) {
	text := func(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
	data := func(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
	if f, ok := any(exec_task).(func(string) string); ok {
		return func(in []byte) ([]byte, error) { return data(f(text(in))), nil }
	}
	if f, ok := any(exec_task).(func(string) (string, error)); ok {
		return func(in []byte) ([]byte, error) { out, err := f(text(in)); return data(out), err }
	}
	if f, ok := any(exec_task).(func([]byte) []byte); ok {
		return func(in []byte) ([]byte, error) { return f(in), nil }
	}
	if f, ok := any(exec_task).(func([]byte) ([]byte, error)); ok {
		return f
	}
	if f, ok := any(exec_task).(func(string, string) (string, string)); ok {
		return func(in []byte) ([]byte, error) { return pelatoEntry(f, in) }
	}
	pelatoForm(exec_task)
	return nil
}

// pelatoEntry calls an exec_task that takes and returns the key and the data of an entry: the form of the template
// nats_to_nats_kv. Data that is not a JSON string is given as its JSON text; what is returned is stored as text.
func pelatoEntry(f func(key, data string) (string, string), in []byte) ([]byte, error) {
	var given struct {
		Key  *string         `json:"key"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(in, &given); err != nil || given.Key == nil || given.Data == nil {
		return nil, errors.New("exec_task(key, data) can only be called with an object of `key` and `data`, " +
			"which the template nats_to_nats_kv makes of each message")
	}
	data := string(given.Data)
	if data[0] == '"' {
		if err := json.Unmarshal(given.Data, &data); err != nil {
			return nil, err
		}
	}
	key, result := f(*given.Key, data)
	if key == "" && result == "" {
		return nil, nil // filtered out
	}
	return json.Marshal(map[string]string{"key": key, "data": result})
}

// pelatoCall runs exec_task once; when failed, out is the error's text.
func pelatoCall(in []byte) (out []byte, failed bool) {
	returned := false
	defer func() {
		if returned {
			return
		}
		reason := recover() // nil for panic(nil) in a task whose go.mod asks for an old Go: still a panic
		fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", reason, debug.Stack())
		out, failed = fmt.Appendf(nil, "panic: %v", reason), true
	}()
	out, err := pelatoAdapt()(in)
	if err != nil {
		out, failed = []byte(err.Error()), true
	}
	returned = true
	return out, failed
}

// What follows is the canonical ABI of pelato:task/handler@0.1.0#exec.
//
// The component model forbids calling an import, even a clock, from cabi_realloc and from the post-return
// function. The collector reads the wall clock, the runtime the monotonic one: outside pelatoExec the first is
// switched off and the second, which the WASI adapter keeps, is paused.

var (
	// pelatoEarly serves the adapter, which calls cabi_realloc before the Go runtime can allocate.
	pelatoEarly     [256 * 1024 / 8]uint64
	pelatoEarlyUsed uintptr
	pelatoStarted   bool

	pelatoGCPercent int // the task's own, while the collector is off

	// Memory that the caller holds addresses of is pinned: it must not be collected.
	pelatoIn, pelatoOut runtime.Pinner

	pelatoResult struct{ tag, ptr, len uint32 }
)

func init() {
	pelatoGCPercent = debug.SetGCPercent(-1)
	pelatoStarted = true
}

//go:wasmimport wasi_snapshot_preview1 adapter_monotonic_clock_set_paused
func pelatoPauseClock(paused bool)

//go:wasmexport cabi_realloc
func pelatoRealloc(_ unsafe.Pointer, _, _, size uintptr) unsafe.Pointer {
	if !pelatoStarted {
		block := unsafe.Add(unsafe.Pointer(&pelatoEarly), pelatoEarlyUsed)
		pelatoEarlyUsed += (size + 7) &^ 7
		if pelatoEarlyUsed > unsafe.Sizeof(pelatoEarly) {
			panic("pelato: the WASI adapter wants more memory than the shell keeps for it")
		}
		return block
	}
	pelatoPauseClock(true)
	block := make([]uint64, size/8+1) // words, for the alignment
	pelatoIn.Pin(&block[0])
	return unsafe.Pointer(&block[0])
}

//go:wasmexport pelato:task/handler@0.1.0#exec
func pelatoExec(ptr unsafe.Pointer, size uint32) unsafe.Pointer {
	pelatoPauseClock(false)
	debug.SetGCPercent(pelatoGCPercent)
	out, failed := pelatoCall(unsafe.Slice((*byte)(ptr), size))
	pelatoIn.Unpin()

	pelatoResult.tag, pelatoResult.ptr = 0, 0
	if failed {
		// The caller refuses a text that is not UTF-8 by ending the instance.
		pelatoResult.tag, out = 1, bytes.ToValidUTF8(out, []byte("\uFFFD"))
	}
	if pelatoResult.len = uint32(len(out)); len(out) > 0 {
		pelatoOut.Pin(&out[0])
		pelatoResult.ptr = uint32(uintptr(unsafe.Pointer(&out[0])))
	}
	pelatoGCPercent = debug.SetGCPercent(-1) // waits for a running collection to end
	pelatoPauseClock(true)
	return unsafe.Pointer(&pelatoResult)
}

//go:wasmexport cabi_post_pelato:task/handler@0.1.0#exec
func pelatoPostReturn(unsafe.Pointer) { pelatoOut.Unpin() }
