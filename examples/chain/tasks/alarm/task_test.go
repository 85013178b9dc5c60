package main

import "testing"

func TestAlarm(t *testing.T) {
	cases := []struct{ in, out string }{
		{`{"bed":"bed-3","moisture":31.6}`, `{"bed":"bed-3","moisture":31.6,"needs":"water"}`},
		{`{"bed":"bed-3","moisture":99}`, `{"bed":"bed-3","moisture":99,"needs":"air"}`},
		{`{"bed":"bed-3","moisture":50}`, ``},
	}
	for _, c := range cases {
		if out, err := exec_task([]byte(c.in)); err != nil || string(out) != c.out {
			t.Errorf("%s: got %q and error %v, want %q", c.in, out, err, c.out)
		}
	}
}
