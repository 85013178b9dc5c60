module latest_task

go 1.24
