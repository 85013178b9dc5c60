package main

import "testing"

func TestExecTask(t *testing.T) {
	out, err := exec_task(`{"Name": "attic", "Data": 31.0}`)
	if want := `{"Data":31,"Name":"attic"}`; err != nil || out != want {
		t.Errorf("got %q and error %v, want %q", out, err, want)
	}
	for _, in := range []string{"31", `{"Name":"attic"}`, `{"Data":31}`} {
		if out, err := exec_task(in); err == nil {
			t.Errorf("%s: got %q, want an error", in, out)
		}
	}
}
