module receive

go 1.24
