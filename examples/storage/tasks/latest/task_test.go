package main

import "testing"

func TestLatest(t *testing.T) {
	out, err := exec_task([]byte(`{"key":"rooms.readings","data":{"room":"kitchen","celsius":21.5}}`))
	if want := `{"key":"kitchen","data":21.5}`; err != nil || string(out) != want {
		t.Errorf("got %q and error %v, want %q", out, err, want)
	}
	for _, in := range []string{`{"key":"a","data":{"celsius":1}}`, `{"key":"a","data":"warm"}`, `x`} {
		if out, err := exec_task([]byte(in)); err == nil {
			t.Errorf("%s: got %q and no error", in, out)
		}
	}
}
