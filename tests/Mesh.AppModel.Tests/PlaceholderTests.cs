namespace Mesh.AppModel.Tests;
public sealed class PlaceholderTests { [Fact] public void A_B_C() { } }
