/* One block of as many bytes as the argument says, or a million, which it keeps for as many milliseconds as
 * the second says. */
#include <stdlib.h>
#include <unistd.h>

void *volatile kept;

int main(int argc, char **argv)
{
	kept = malloc(argc > 1 ? (size_t)atol(argv[1]) : 1000000);
	usleep(argc > 2 ? (useconds_t)atol(argv[2]) * 1000 : 0);
	return 0;
}
