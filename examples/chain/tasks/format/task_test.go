package main

import "testing"

func TestFormat(t *testing.T) {
	want := "bed-3 needs water: its soil is at 32 %"
	if out, err := exec_task(`{"bed":"bed-3","moisture":31.6,"needs":"water"}`); err != nil || out != want {
		t.Errorf("got %q and error %v, want %q", out, err, want)
	}
}
