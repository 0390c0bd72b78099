namespace Mesh.Leaderboard.Core.Boards;

/// <summary>
/// A treap in one array, each node knowing the size of its subtree: 40 bytes a subject. Priorities are a hash of the
/// node's number, so that the same input gives the same tree; the order of the entries does not depend on them.
/// </summary>
internal sealed class RankTree
{
    // Node 0 is nobody: its size is 0, so that links need no null check to be counted.
    private const int Nobody = 0;

    private Node[] nodes = new Node[16];
    private int last;
    private int root;

    // Nodes that nobody uses any more, linked by their left links.
    private int free;

    /// <summary>The score and time of a node.</summary>
    public (long Score, long ReachedUs) KeyOf(int node) => (nodes[node].Score, nodes[node].ReachedUs);

    /// <summary>Adds a subject that is not there; the number of its node stays the same until it is removed.</summary>
    public int Insert(string subject, long score, long reachedUs)
    {
        int node = free;
        if (node != Nobody)
        {
            free = nodes[node].Left;
        }
        else
        {
            node = ++last;
            if (node == nodes.Length)
            {
                Array.Resize(ref nodes, nodes.Length * 2);
            }
        }

        nodes[node] = new Node { Subject = subject, Score = score, ReachedUs = reachedUs, Size = 1 };
        Link(node);
        return node;
    }

    /// <summary>Takes a node out; its number may be given to another subject.</summary>
    public void Remove(int node)
    {
        Unlink(node);
        nodes[node] = new Node { Subject = string.Empty, Left = free };
        free = node;
    }

    /// <summary>Gives a node another score and time.</summary>
    public void Move(int node, long score, long reachedUs)
    {
        Unlink(node);
        ref Node moved = ref nodes[node];
        (moved.Score, moved.ReachedUs) = (score, reachedUs);
        (moved.Left, moved.Right, moved.Size) = (Nobody, Nobody, 1);
        Link(node);
    }

    /// <summary>A node's entry.</summary>
    public BoardEntry EntryOf(int node)
    {
        int rank = 1;
        int at = root;
        while (at != node)
        {
            ref Node visited = ref nodes[at];
            if (Before(node, at))
            {
                at = visited.Left;
            }
            else
            {
                rank += nodes[visited.Left].Size + 1;
                at = visited.Right;
            }
        }

        return Entry(node, rank + nodes[nodes[node].Left].Size);
    }

    /// <summary>Fills a span with the entries from a rank on; there are as many.</summary>
    public void Copy(int fromRank, Span<BoardEntry> entries) => Copy(root, 0, fromRank, entries);

    // Visits only subtrees that hold a wanted rank; `before` is how many entries come before the subtree.
    private void Copy(int at, int before, int fromRank, Span<BoardEntry> entries)
    {
        if (at == Nobody || before + nodes[at].Size < fromRank || before + 1 >= fromRank + entries.Length)
        {
            return;
        }

        int rank = before + nodes[nodes[at].Left].Size + 1;
        Copy(nodes[at].Left, before, fromRank, entries);
        if (rank >= fromRank && rank < fromRank + entries.Length)
        {
            entries[rank - fromRank] = Entry(at, rank);
        }

        Copy(nodes[at].Right, rank, fromRank, entries);
    }

    private BoardEntry Entry(int node, int rank)
    {
        ref Node found = ref nodes[node];
        return new BoardEntry(rank, found.Subject, found.Score, found.ReachedUs);
    }

    private void Link(int node)
    {
        uint priority = Priority(node);
        ref int link = ref root;
        while (link != Nobody && Priority(link) >= priority)
        {
            ref Node visited = ref nodes[link];
            visited.Size++;
            link = ref Before(node, link) ? ref visited.Left : ref visited.Right;
        }

        Split(link, node, out int left, out int right);
        ref Node linked = ref nodes[node];
        (linked.Left, linked.Right) = (left, right);
        linked.Size = nodes[left].Size + nodes[right].Size + 1;
        link = node;
    }

    private void Unlink(int node)
    {
        ref int link = ref root;
        while (link != node)
        {
            ref Node visited = ref nodes[link];
            visited.Size--;
            link = ref Before(node, link) ? ref visited.Left : ref visited.Right;
        }

        link = Merge(nodes[node].Left, nodes[node].Right);
    }

    // What comes before the node goes left, the rest right. The depth is that of the tree: some 50 for a million.
    private void Split(int at, int node, out int left, out int right)
    {
        if (at == Nobody)
        {
            left = right = Nobody;
            return;
        }

        ref Node split = ref nodes[at];
        if (Before(node, at))
        {
            Split(split.Left, node, out left, out int inner);
            split.Left = inner;
            right = at;
        }
        else
        {
            Split(split.Right, node, out int inner, out right);
            split.Right = inner;
            left = at;
        }

        split.Size = nodes[split.Left].Size + nodes[split.Right].Size + 1;
    }

    private int Merge(int left, int right)
    {
        if (left == Nobody || right == Nobody)
        {
            return left + right;
        }

        int top = Priority(left) >= Priority(right) ? left : right;
        ref Node merged = ref nodes[top];
        if (top == left)
        {
            merged.Right = Merge(merged.Right, right);
        }
        else
        {
            merged.Left = Merge(left, merged.Left);
        }

        merged.Size = nodes[merged.Left].Size + nodes[merged.Right].Size + 1;
        return top;
    }

    private bool Before(int one, int other)
    {
        ref Node a = ref nodes[one];
        ref Node b = ref nodes[other];
        if (a.Score != b.Score)
        {
            return a.Score > b.Score;
        }

        return a.ReachedUs != b.ReachedUs
            ? a.ReachedUs < b.ReachedUs
            : string.CompareOrdinal(a.Subject, b.Subject) < 0;
    }

    // A finalizer of 32 bits (Wellons, "lowbias32"): one to one, so no two nodes share a priority.
    private static uint Priority(int node)
    {
        uint x = (uint)node;
        x = (x ^ (x >> 16)) * 0x7feb352d;
        x = (x ^ (x >> 15)) * 0x846ca68b;
        return x ^ (x >> 16);
    }

    private struct Node
    {
        public string Subject;
        public long Score;
        public long ReachedUs;
        public int Left;
        public int Right;
        public int Size;
    }
}
