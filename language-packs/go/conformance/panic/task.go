// A task for `pelato pack check`: panics, whatever it takes.
package main

func exec_task(arg string) string { panic("on purpose: " + arg) }
