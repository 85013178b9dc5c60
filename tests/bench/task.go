package main

import "encoding/json"

type reading struct {
	Data float64
	Name string
}

func exec_task(arg string) string {
	var r reading
	if err := json.Unmarshal([]byte(arg), &r); err != nil {
		panic(err)
	}
	r.Data += 273.15
	out, _ := json.Marshal(r)
	return string(out)
}
