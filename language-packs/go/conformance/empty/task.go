// A task for `pelato pack check`: gives an empty result: the message is filtered out.
package main

func exec_task(arg string) string { return "" }
