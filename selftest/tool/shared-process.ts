// Test files share a process. Each loads the suite's modules again, and with them their exit handlers.
process.setMaxListeners(0);
