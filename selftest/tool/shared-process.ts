// Test files share a process, and each evaluates the suite's modules anew: what they register for its exit adds up.
process.setMaxListeners(0);
