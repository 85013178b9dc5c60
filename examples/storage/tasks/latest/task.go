// Files a reading under its room, so that the bucket has the latest one of each.
package main

import (
	"encoding/json"
	"errors"
)

// Reading is what a room's sensor says.
type Reading struct {
	Room    string  `json:"room"`
	Celsius float64 `json:"celsius"`
}

// In is the message as the template hands it over: its topic as the key, the reading as the data.
type In struct {
	Key  string  `json:"key"`
	Data Reading `json:"data"`
}

// Entry is what is stored: a key that NATS takes, and a value.
type Entry struct {
	Key  string  `json:"key"`
	Data float64 `json:"data"`
}

func exec_task(arg []byte) ([]byte, error) {
	var in In
	if err := json.Unmarshal(arg, &in); err != nil {
		return nil, err
	}
	if in.Data.Room == "" {
		return nil, errors.New("the reading names no room")
	}
	return json.Marshal(Entry{in.Data.Room, in.Data.Celsius})
}
