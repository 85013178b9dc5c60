// Reads a sensor's line, `bed-3;712,705,990,708`, into JSON.
package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Samples are what one sensor measured in one go.
type Samples struct {
	Bed     string `json:"bed"`
	Samples []int  `json:"samples"`
}

func exec_task(line string) (string, error) {
	bed, list, found := strings.Cut(strings.TrimSpace(line), ";")
	if !found || bed == "" {
		return "", fmt.Errorf("expected `bed;sample,sample,…`, got %q", line)
	}
	samples := Samples{Bed: bed}
	for text := range strings.SplitSeq(list, ",") {
		sample, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return "", fmt.Errorf("%s: %q is no whole number", bed, text)
		}
		samples.Samples = append(samples.Samples, sample)
	}
	out, err := json.Marshal(samples)
	return string(out), err
}
