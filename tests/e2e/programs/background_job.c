/* background_job PROGRAM...: runs it, with $LIBRARY preloaded, as a job in the background of a terminal that
 * stops those that write to it (stty tostop), and says how it ended and what came to the terminal. */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void job(char **argv, int terminal)
{
	setpgid(0, 0);
	dup2(terminal, 2);
	if (getenv("LIBRARY"))
		setenv("LD_PRELOAD", getenv("LIBRARY"), 1);
	execv(argv[0], argv);
	_exit(99);
}

static int lead(char **argv, int terminal)
{
	struct termios settings;
	int status;

	setsid();
	ioctl(terminal, TIOCSCTTY, 0);
	tcgetattr(terminal, &settings);
	settings.c_lflag |= TOSTOP;
	tcsetattr(terminal, TCSANOW, &settings);
	pid_t pid = fork();
	if (pid == 0)
		job(argv, terminal);
	setpgid(pid, pid);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	return WIFSTOPPED(status) ? 98 : WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

int main(int count, char **argv)
{
	int own, terminal, status;
	char text[4096];

	if (count < 2 || openpty(&own, &terminal, NULL, NULL, NULL))
		return 77;
	pid_t leader = fork();
	if (leader == 0)
		_exit(lead(argv + 1, terminal));
	waitpid(leader, &status, 0);
	printf("ended with %d\n", WEXITSTATUS(status));
	fcntl(own, F_SETFL, O_NONBLOCK);
	ssize_t got = read(own, text, sizeof(text));
	return fwrite(text, 1, got > 0 ? (size_t)got : 0, stdout) == (size_t)(got > 0 ? got : 0) ? 0 : 1;
}
