module calibrate_task

go 1.24
