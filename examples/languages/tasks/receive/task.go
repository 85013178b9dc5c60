// Takes a reading in.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
)

type reading struct {
	Data *float64
	Name string
}

func exec_task(arg string) (string, error) {
	var in reading
	if err := json.Unmarshal([]byte(arg), &in); err != nil {
		return "", fmt.Errorf("not a reading: %w", err)
	}
	if in.Data == nil || in.Name == "" {
		return "", errors.New("a reading has Data and Name")
	}
	out, err := json.Marshal(in)
	return string(out), err
}
