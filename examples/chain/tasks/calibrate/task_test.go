package main

import "testing"

func TestCalibrate(t *testing.T) {
	cases := []struct{ in, out string }{
		{`{"bed":"bed-3","raw":712}`, `{"bed":"bed-3","moisture":31.6}`},
		{`{"bed":"bed-3","raw":370}`, `{"bed":"bed-3","moisture":100}`},
		{`{"bed":"bed-3","raw":1023}`, `{"bed":"bed-3","moisture":0}`},
	}
	for _, c := range cases {
		if out, err := exec_task([]byte(c.in)); err != nil || string(out) != c.out {
			t.Errorf("%s: got %q and error %v, want %q", c.in, out, err, c.out)
		}
	}
}
