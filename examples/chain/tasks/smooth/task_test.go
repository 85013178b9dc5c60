package main

import "testing"

func TestSmooth(t *testing.T) {
	cases := []struct{ in, out string }{
		{`{"bed":"bed-3","samples":[712,705,990]}`, `{"bed":"bed-3","raw":712}`},
		{`{"bed":"bed-3","samples":[4]}`, `{"bed":"bed-3","raw":4}`},
		{`{"bed":"bed-3"}`, ``},
	}
	for _, c := range cases {
		if out, err := exec_task([]byte(c.in)); err != nil || string(out) != c.out {
			t.Errorf("%s: got %q and error %v, want %q", c.in, out, err, c.out)
		}
	}
}
