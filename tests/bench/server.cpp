// server.cpp - a server without its network: sessions that are shared, handlers in std::function, tasks that
// are queued and take others along.  argv[1] is thousands of requests.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace
{

struct session {
	std::string user;
	std::vector<std::string> log;
};

struct request {
	std::string path;
	std::unordered_map<std::string, std::string> headers;
	std::shared_ptr<session> owner;
};

class server
{
      public:
	server()
	{
		routes["/login"] = [this](std::shared_ptr<request> asked) { login(std::move(asked)); };
		routes["/add"] = [this](std::shared_ptr<request> asked) { add(std::move(asked)); };
		routes["/list"] = [this](std::shared_ptr<request> asked) { list(std::move(asked)); };
	}

	void take(long number)
	{
		static const char *const paths[] = {"/login", "/add", "/add", "/list"};
		auto asked = std::make_shared<request>();
		asked->path = paths[number % 4];
		asked->headers["user"] = "user number " + std::to_string(number * 7919 % 5000);
		asked->headers["accept-language"] = "a value that is too long to stay inside";
		tasks.push_back([this, asked] { routes[asked->path](asked); });
	}

	void work()
	{
		for (; !tasks.empty(); tasks.pop_front())
			tasks.front()();
	}

	std::size_t answered = 0;

      private:
	std::shared_ptr<session> &session_of(const request &asked)
	{
		auto &found = sessions[asked.headers.at("user")];
		if (!found)
			found = std::make_shared<session>(session{asked.headers.at("user"), {}});
		return found;
	}

	void login(std::shared_ptr<request> asked)
	{
		asked->owner = session_of(*asked);
		asked->owner->log.clear();
		answer("welcome, " + asked->owner->user);
	}

	void add(std::shared_ptr<request> asked)
	{
		asked->owner = session_of(*asked);
		tasks.push_back([this, asked = std::move(asked)] {
			asked->owner->log.push_back(asked->path + " by " + asked->owner->user);
			if (asked->owner->log.size() > 20)
				asked->owner->log.erase(asked->owner->log.begin());
			answer("added");
		});
	}

	void list(std::shared_ptr<request> asked)
	{
		std::string text;
		for (const auto &line : session_of(*asked)->log)
			text += line + "\n";
		answer(std::move(text));
	}

	void answer(std::string text)
	{
		answered += text.size();
	}

	std::unordered_map<std::string, std::function<void(std::shared_ptr<request>)>> routes;
	std::unordered_map<std::string, std::shared_ptr<session>> sessions;
	std::deque<std::function<void()>> tasks;
};

} // namespace

int main(int argc, char **argv)
{
	server instance;
	for (long i = 0; i < (argc > 1 ? std::atol(argv[1]) * 1000 : 1000); i++) {
		instance.take(i);
		if (i % 16 == 15)
			instance.work();
	}
	instance.work();
	std::printf("%zu bytes\n", instance.answered);
	return 0;
}
