// Says it in words.
package main

import (
	"encoding/json"
	"fmt"
)

func exec_task(arg string) (string, error) {
	var alarm struct {
		Bed      string
		Moisture float64
		Needs    string
	}
	if err := json.Unmarshal([]byte(arg), &alarm); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s needs %s: its soil is at %.0f %%", alarm.Bed, alarm.Needs, alarm.Moisture), nil
}
