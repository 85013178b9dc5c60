module alarm_task

go 1.24
