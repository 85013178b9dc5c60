// A task for `pelato pack check`: takes a text and gives it back as it is.
package main

func exec_task(arg string) string { return arg }
