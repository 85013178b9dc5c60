package main

import "testing"

func TestParse(t *testing.T) {
	want := `{"bed":"bed-3","samples":[712,705,990]}`
	if out, err := exec_task("bed-3;712, 705,990\n"); err != nil || out != want {
		t.Errorf("got %q and error %v, want %q", out, err, want)
	}
	for _, line := range []string{"", "bed-3", ";1", "bed-3;", "bed-3;wet"} {
		if out, err := exec_task(line); err == nil {
			t.Errorf("%q: got %q, want an error", line, out)
		}
	}
}
