module history_task

go 1.24
