package main

import "testing"

// Run with `go test` in this folder: no WebAssembly, no host, no NATS.
func TestExecTask(t *testing.T) {
	cases := []struct{ name, in, out string }{
		{"rounds", `{"Name":"kitchen","Data":21.46}`, `{"Name":"kitchen","Data":21.5}`},
		{"filters out what has no name", `{"Data":21.46}`, ``},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out, err := exec_task(c.in)
			if err != nil || out != c.out {
				t.Errorf("got %q and error %v, want %q", out, err, c.out)
			}
		})
	}
}

func TestExecTaskRefusesOtherInput(t *testing.T) {
	if out, err := exec_task("21.46"); err == nil {
		t.Errorf("got %q, want an error", out)
	}
}
