// A task for `pelato pack check`: has a signature that cannot be used, and does not compile.
package main

func exec_task(celsius float64) float64 { return celsius + 273.15 }
