// Goal: the server tells what events look like. Method: the real server, asked for its schemas over HTTP. That they say what ingest says is
// property/schemas_test.cpp's.
#include "tests/integration/faces_fixture.h"

namespace docket::testing {
namespace {

using ::testing::HasSubstr;

TEST_F(FacesTest, EachEventOfEachKindHasItsSchema) {
  const auto rows = get("/v1/schemas").at("schemas").as_array();
  ASSERT_GT(rows.size(), 100U);
  for (const auto& row : rows) {
    const auto& said = row.as_object();
    const std::string path(said.at("path").as_string());
    const auto reply = server_->get(path);
    ASSERT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.content_type, "application/schema+json");
    const auto schema = object(reply.body);
    EXPECT_EQ(schema.at("$id").as_string(), path);
    EXPECT_EQ(schema.at("$schema").as_string(), "https://json-schema.org/draft/2020-12/schema");
    const auto& type = schema.at("$defs").at("event").at("properties").at("type").at("const");
    EXPECT_EQ(type, said.at("type")) << path;
  }
  EXPECT_EQ(get("/v1/kinds/call").at("events").as_array().at(0).at("schema").as_string().find("/v1/schemas/call/"), 0U);
}

TEST_F(FacesTest, ASchemaNamesFieldsRolesUnitsAndWhatIsPrivate) {
  const auto schema = get("/v1/schemas/hotline-ticket/dispatched/1");
  EXPECT_EQ(json::serialize(schema.at("required")), R"(["unit"])");
  const auto& fields = schema.at("properties").as_object();
  EXPECT_EQ(fields.at("unit").at("x-docket").at("private"), false);
  EXPECT_EQ(fields.at("list_version").at("x-docket").at("private"), true);
  EXPECT_EQ(fields.at("list_version").at("title").as_string(), "version of the duty list");
  EXPECT_EQ(fields.at("assists").at("x-docket").at("adds").as_string(), "assist");
  EXPECT_EQ(fields.at("assists").at("x-docket").at("label").at("zh").as_string(), "会办单位");
  const auto& event = schema.at("$defs").at("event").as_object();
  EXPECT_EQ(json::serialize(event.at("properties").at("actorrole")), R"({"enum":["dispatcher"]})");
  EXPECT_EQ(schema.at("$defs").at("unit").at("enum").as_array().at(0).as_string(), "U");
  const auto noted = get("/v1/schemas/hotline-ticket/noted/1");
  EXPECT_GT(noted.at("$defs").at("event").at("properties").at("actorrole").at("enum").as_array().size(), 3U);
}

TEST_F(FacesTest, AnUnknownSchemaIsNotFoundAndTheNearestIsNamed) {
  for (const auto& [path, near] : {std::pair{"hotline-tickt/dispatched/1", "did you mean hotline-ticket?"},
                                   {"hotline-ticket/dispached/1", "did you mean dispatched?"},
                                   {"hotline-ticket/dispatched/2", "expected v1"},
                                   {"hotline-ticket/dispatched/v1", "expected v1"},
                                   {"hotline-ticket/dispatched/01", "expected v1"}}) {
    const auto reply = server_->get("/v1/schemas/" + std::string(path));
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.content_type, "application/problem+json");
    EXPECT_THAT(reply.body, HasSubstr(near)) << path;
  }
  EXPECT_THAT(server_->get("/v1/kinds/cal").body, HasSubstr("did you mean call?"));
}

TEST_F(FacesTest, TheContractIsServedAsItWasBuiltIn) {
  const auto yaml = server_->get("/openapi.yaml");
  EXPECT_EQ(yaml.status, 200);
  EXPECT_EQ(yaml.content_type, "application/yaml");
  EXPECT_EQ(yaml.body, file_text(DOCKET_SOURCE_DIR "/schemas/openapi.yml"));
  const auto reply = server_->get("/openapi.json");
  EXPECT_EQ(reply.content_type, "application/json");
  const auto contract = object(reply.body);
  EXPECT_EQ(contract.at("openapi").as_string(), "3.1.0");
  EXPECT_EQ(contract.at("info").at("version").as_string(), DOCKET_VERSION);
  // Scalars have their types, aliases are written out.
  EXPECT_EQ(contract.at("components").at("parameters").at("page_size").at("schema").at("default"), 50);
  EXPECT_EQ(contract.at("components").at("schemas").at("Event").at("properties").at("specversion").at("const").as_string(), "1.0");
  EXPECT_EQ(contract.at("paths").at("/v1/cases").at("get").at("responses").at("503").at("$ref").as_string(),
            "#/components/responses/Unavailable");
  EXPECT_EQ(server_->get("/openapi.yml").status, 404);
  EXPECT_THAT(server_->get("/openapi.yml").body, HasSubstr("did you mean /openapi.yaml?"));
}

}  // namespace
}  // namespace docket::testing
