module format_task

go 1.24
