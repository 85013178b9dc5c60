package main

import "testing"

func TestHistory(t *testing.T) {
	cases := []struct{ in, out string }{
		{`{"room":"kitchen","celsius":21.47}`, `{"room":"kitchen","celsius":21.5}`},
		{`{"room":"kitchen","celsius":999}`, ``},
		{`{"celsius":21.5}`, ``},
	}
	for _, c := range cases {
		if out, err := exec_task([]byte(c.in)); err != nil || string(out) != c.out {
			t.Errorf("%s: got %q and error %v, want %q", c.in, out, err, c.out)
		}
	}
	if _, err := exec_task([]byte("warm")); err == nil {
		t.Error("no error for what is no reading")
	}
}
