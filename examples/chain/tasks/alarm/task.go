// Lets only those beds through that are too dry or too wet.
package main

import "encoding/json"

// In percent.
const thirsty, drowning = 35, 85

// Alarm is a bed that needs care.
type Alarm struct {
	Bed      string  `json:"bed"`
	Moisture float64 `json:"moisture"`
	Needs    string  `json:"needs"`
}

func exec_task(arg []byte) ([]byte, error) {
	var alarm Alarm
	if err := json.Unmarshal(arg, &alarm); err != nil {
		return nil, err
	}
	switch {
	case alarm.Moisture < thirsty:
		alarm.Needs = "water"
	case alarm.Moisture > drowning:
		alarm.Needs = "air"
	default:
		return nil, nil // all is well: nobody has to know
	}
	return json.Marshal(alarm)
}
