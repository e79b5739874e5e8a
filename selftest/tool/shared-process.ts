// Test files share a process and load the suite's modules again, so exit handlers add up.
process.setMaxListeners(0);
