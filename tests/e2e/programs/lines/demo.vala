class Shape : Object {
	private int[] points;
	public Shape (int count) {
		points = new int[count];
	}
	public string draw () {
		return "a shape of %d points".printf (points.length);
	}
}

static Shape[] work (int count) {
	Shape[] made = {};
	for (int i = 0; i < count; i++) {
		made += new Shape (1000 * (i + 1));
	}
	return made;
}

static int main (string[] args) {
	var shapes = work (3);
	foreach (var shape in shapes) {
		print ("%s\n", shape.draw ());
	}
	return 0;
}
