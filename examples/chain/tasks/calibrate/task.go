// Turns a sensor's raw value into the soil's moisture in percent.
package main

import (
	"encoding/json"
	"math"
)

// What this kind of sensor shows in dry air and in water: the wetter, the lower.
const dry, wet = 870, 370

// Raw is what the sensor shows.
type Raw struct {
	Bed string `json:"bed"`
	Raw int    `json:"raw"`
}

// Moisture is what it means.
type Moisture struct {
	Bed      string  `json:"bed"`
	Moisture float64 `json:"moisture"`
}

func exec_task(arg []byte) ([]byte, error) {
	var in Raw
	if err := json.Unmarshal(arg, &in); err != nil {
		return nil, err
	}
	percent := 100 * float64(dry-in.Raw) / (dry - wet)
	percent = min(max(percent, 0), 100)
	return json.Marshal(Moisture{in.Bed, math.Round(percent*10) / 10})
}
