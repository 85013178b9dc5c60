// Keeps what is plausible: a row for each reading, rounded to a tenth of a degree.
package main

import (
	"encoding/json"
	"math"
)

// Reading is what a room's sensor says.
type Reading struct {
	Room    string  `json:"room"`
	Celsius float64 `json:"celsius"`
}

func exec_task(arg []byte) ([]byte, error) {
	var reading Reading
	if err := json.Unmarshal(arg, &reading); err != nil {
		return nil, err
	}
	if reading.Room == "" || reading.Celsius < -60 || reading.Celsius > 60 {
		return nil, nil
	}
	reading.Celsius = math.Round(reading.Celsius*10) / 10
	return json.Marshal(reading)
}
