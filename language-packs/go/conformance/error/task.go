// A task for `pelato pack check`: takes a text and fails with it.
package main

import "errors"

func exec_task(arg string) (string, error) { return "", errors.New(arg) }
