module parse_task

go 1.24
