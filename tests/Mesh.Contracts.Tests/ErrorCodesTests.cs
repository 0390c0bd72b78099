using System.Reflection;
using System.Text.RegularExpressions;
using Grpc.Core;
using Mesh.Contracts.Types.V1;

namespace Mesh.Contracts.Tests;

public sealed partial class ErrorCodesTests
{
    private static readonly FieldInfo[] Fields =
        typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static);

    public static TheoryData<string> Codes => [.. Fields.Select(f => (string)f.GetRawConstantValue()!)];

    [Fact]
    public void Codes_Each_IsNamedAsItsConstant()
    {
        Assert.All(Fields, field =>
            Assert.Equal(WordStart().Replace(field.Name, "_").ToUpperInvariant(), field.GetRawConstantValue()));
        Assert.Equal(Fields.Length, Fields.Select(f => f.GetRawConstantValue()).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Code_AsStatus_IsAFailureAndRetryableOnlyWhenItPasses(string code)
    {
        StatusCode status = ErrorCodes.StatusOf(code);
        Assert.NotEqual(StatusCode.OK, status);
        Assert.NotEqual(StatusCode.Unknown, status);
        Assert.Equal(
            ErrorCodes.Retryable(code), status is StatusCode.Unavailable or StatusCode.ResourceExhausted);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Problem_ThroughTrailers_ComesBack(string code)
    {
        Problem problem = Problems.Of(code, "actions[3].location", "größer als 90°");
        RpcException failure = problem.ToRpcException();
        Assert.Equal(ErrorCodes.StatusOf(code), failure.StatusCode);
        Assert.Contains(code, failure.Status.Detail);
        Assert.Equal(problem, Problems.FromRpcException(failure));
    }

    [Fact]
    public void Problem_WithoutField_ComesBack()
    {
        Problem problem = Problems.Of(ErrorCodes.Unavailable, "", "in a moment");
        RpcException failure = problem.ToRpcException();
        Assert.Equal("UNAVAILABLE: in a moment", failure.Status.Detail);
        Assert.Equal(problem, Problems.FromRpcException(failure));
    }

    [Fact]
    public void Problem_ThatPasses_SaysWhenInEveryTongue()
    {
        Problem problem = Problems.Later(ErrorCodes.RateLimited, "player_id", "slowly", TimeSpan.FromSeconds(1.0001));

        RpcException failure = problem.ToRpcException();

        Assert.Equal("1001", failure.Trailers.GetValue("grpc-retry-pushback-ms"));
        Assert.Equal("2", failure.Trailers.GetValue("retry-after"));
        Assert.Equal(problem, Problems.FromRpcException(failure));
        Assert.Equal(1.0001, Problems.FromRpcException(failure)!.RetryAfter.ToTimeSpan().TotalSeconds, 6);
    }

    [Theory]
    [InlineData("demo//2", true)]
    [InlineData("demo/city/2", false)]
    public void CatalogKey_OfARecord_SaysWhatItHolds(string key, bool policy)
    {
        Assert.Equal(policy ? CatalogKeys.DoorPolicy("demo", 2) : CatalogKeys.Game("demo", "city", 2), key);
        Assert.Equal(policy, CatalogKeys.IsDoorPolicy(System.Text.Encoding.UTF8.GetBytes(key)));
    }

    [Fact]
    public void FromRpcException_NoDetails_IsNull() =>
        Assert.Null(Problems.FromRpcException(new RpcException(new Status(StatusCode.Internal, "x"))));

    [Theory]
    [InlineData("a", true)]
    [InlineData("A-z.0_9~", true)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("é", false)]
    [InlineData("a b", false)]
    public void IsId_Text_IsJudged(string text, bool valid) => Assert.Equal(valid, CallTenant.IsId(text));

    [Theory]
    [InlineData(ContractLimits.IdChars, true)]
    [InlineData(ContractLimits.IdChars + 1, false)]
    public void IsId_Length_IsLimited(int length, bool valid) =>
        Assert.Equal(valid, CallTenant.IsId(new string('a', length)));

    [GeneratedRegex("(?<!^)(?=[A-Z])")]
    private static partial Regex WordStart();
}
