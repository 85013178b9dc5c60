module smooth_task

go 1.24
