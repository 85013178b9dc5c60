// A task for `pelato pack check`: has a signature that cannot be used, and does not compile.
double exec_task(double celsius) { return celsius + 273.15; }
