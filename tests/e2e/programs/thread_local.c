/* A library for its thread-local variable only: see test_valgrind.py. */
__thread int thread_local_variable;
