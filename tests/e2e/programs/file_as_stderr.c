/* Closes standard error, as a daemon may, and its data file takes that number. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	close(2);
	int file = open(arguments[count - 1], O_RDWR | O_CREAT, 0600);
	printf("%d\n", file);
	return write(file, "data", 4) != 4;
}
