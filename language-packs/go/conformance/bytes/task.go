// A task for `pelato pack check`: takes bytes and gives them back as they are.
package main

func exec_task(arg []byte) []byte { return arg }
