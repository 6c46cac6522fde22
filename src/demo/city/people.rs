//! Who lives, works and writes in Cedar Bend. Every name is invented; every number is a 555-01xx one.

use crate::model::profile::CustodianProfile;

/// What somebody is to the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Mail, texts or calls of this person are exported.
    Custodian,
    /// Works for the city or sits on its council; not exported.
    Staff,
    /// Lives in the city.
    Resident,
    /// Family and friends of a custodian.
    Private,
    /// Firms, other governments, newspapers.
    Outside,
    /// The city's law firm.
    Counsel,
    /// A machine that sends mail.
    Machine,
}

/// Somebody in the story.
#[derive(Debug, PartialEq, Eq)]
pub struct Person {
    /// The word that stands for this person in the story.
    pub key: &'static str,
    /// The name.
    pub name: &'static str,
    /// The office or trade.
    pub title: &'static str,
    /// The department; empty outside of the city.
    pub department: &'static str,
    /// The mail address.
    pub address: &'static str,
    /// The telephone number in E.164, or empty.
    pub number: &'static str,
    /// What this person is to the city.
    pub standing: Standing,
}

impl Person {
    /// The given name.
    pub fn first(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }

    /// The domain of the address.
    pub fn domain(&self) -> &'static str {
        self.address.split_once('@').map_or("cedarbend.example", |(_, domain)| domain)
    }

    /// The ten digits of the number.
    pub fn digits(&self) -> &'static str {
        self.number.strip_prefix("+1").unwrap_or(self.number)
    }

    /// The folder of exports of this custodian: family name first, as the clerk files them.
    pub fn folder(&self) -> String {
        let (first, last) = self.name.rsplit_once(' ').unwrap_or(("", self.name));
        format!("{last}-{first}").to_lowercase()
    }
}

const fn person(
    key: &'static str,
    name: &'static str,
    title: &'static str,
    department: &'static str,
    address: &'static str,
    number: &'static str,
    standing: Standing,
) -> Person {
    Person { key, name, title, department, address, number, standing }
}

use Standing::{Counsel, Custodian, Machine, Outside, Private, Resident, Staff};

/// Everybody, the custodians first.
#[rustfmt::skip]
pub static PEOPLE: &[Person] = &[
    person("maren", "Maren Olstad", "City Clerk", "Administration", "maren.olstad@cedarbend.example", "+13205550101", Custodian),
    person("tom", "Tom Halvorsen", "City Administrator", "Administration", "tom.halvorsen@cedarbend.example", "+13205550102", Custodian),
    person("dale", "Dale Brekke", "Public Works Director", "Public Works", "dale.brekke@cedarbend.example", "+13205550103", Custodian),
    person("renata", "Renata Quist", "Chief of Police", "Police", "renata.quist@cedarbend.example", "+13205550104", Custodian),
    person("lucille", "Lucille Amundson", "Council Member, Ward 2", "City Council", "lucille.amundson@cedarbend.example", "+13205550105", Custodian),
    person("priya", "Priya Raman", "Finance and HR Director", "Finance", "priya.raman@cedarbend.example", "+13205550106", Custodian),
    person("nate", "Nate Gunderson", "Police Sergeant", "Police", "nate.gunderson@cedarbend.example", "+13205550107", Custodian),
    person("kayla", "Kayla Voss", "Utility Billing Clerk", "Finance", "kayla.voss@cedarbend.example", "+13205550108", Staff),
    person("jonas", "Jonas Fiedler", "Deputy Clerk", "Administration", "jonas.fiedler@cedarbend.example", "+13205550109", Staff),
    person("harold", "Harold Stene", "Mayor", "City Council", "harold.stene@cedarbend.example", "+13205550110", Staff),
    person("gordon", "Gordon Petersen", "Council Member, Ward 1", "City Council", "gordon.petersen@cedarbend.example", "+13205550111", Staff),
    person("rick", "Rick Dahlen", "Equipment Operator", "Public Works", "rick.dahlen@cedarbend.example", "+13205550112", Staff),
    person("bao", "Bao Yang", "Engineering Technician", "Public Works", "bao.yang@cedarbend.example", "+13205550113", Staff),
    person("inga", "Inga Solheim", "Parks and Recreation Coordinator", "Parks", "inga.solheim@cedarbend.example", "+13205550114", Staff),
    person("amina", "Amina Warsame", "City Planner", "Planning", "amina.warsame@cedarbend.example", "+13205550115", Staff),
    person("sven", "Sven Aune", "Information Technology", "Administration", "sven.aune@cedarbend.example", "+13205550116", Staff),
    person("connie", "Connie Bratland", "Equipment Operator", "Public Works", "connie.bratland@cedarbend.example", "+13205550117", Staff),
    person("elaine", "Elaine Hegdahl", "City Attorney, Hegdahl & Moe", "", "elaine@hegdahlmoe.example", "+16515550120", Counsel),
    person("devin", "Devin Moe", "Hegdahl & Moe", "", "devin.moe@hegdahlmoe.example", "+16515550121", Counsel),
    person("walt", "Walt Furrow", "Bolt & Furrow Engineering", "", "walt@boltfurrow.example", "+13205550122", Outside),
    person("curt", "Curt Stangler", "Prairie Paving & Grading", "", "curt@prairiepaving.example", "+13205550123", Outside),
    person("mona", "Mona Reyes", "Lakeshore Excavating", "", "mona.reyes@lakeshoreexcavating.example", "+12185550124", Outside),
    person("ken", "Ken Voigt", "Pine River County Highways", "", "ken.voigt@pinerivercounty.example", "+12185550125", Outside),
    person("marcus", "Marcus Pike", "Sorenson Pike LLP", "", "mpike@sorensonpike.example", "+16125550126", Outside),
    person("joyce", "Joyce Tran", "claims adjuster, North Star Municipal Pool", "", "jtran@northstarpool.example", "+16515550127", Outside),
    person("abby", "Abby Lindqvist", "Cedar Bend Courier", "", "abby@bendcourier.example", "+13205550128", Outside),
    person("salt", "Orders Desk", "Iron Range Salt & Sand", "", "orders@rangesalt.example", "+12185550129", Outside),
    person("copier", "Gopher Copier Service", "", "", "billing@gophercopier.example", "+16515550130", Outside),
    person("tires", "Bend Tire & Lube", "", "", "shop@bendtire.example", "+13205550131", Outside),
    person("union", "Roy Kessel", "Local 318 business agent", "", "roy@local318.example", "+16515550132", Outside),
    person("beverly", "Beverly Lund", "", "", "bev.lund@lakemail.example", "+13205550140", Outside),
    person("harlan", "Harlan Tofte", "", "", "htofte@northpost.example", "+13205550141", Resident),
    person("xee", "Xee Vang", "", "", "xee.vang@lakemail.example", "+13205550142", Resident),
    person("fadumo", "Fadumo Hirsi", "", "", "fadumo.hirsi@northpost.example", "+13205550143", Resident),
    person("rosa", "Rosa Mendoza", "", "", "rosa.mendoza@lakemail.example", "+13205550144", Resident),
    person("arvid", "Arvid Nygaard", "", "", "arvid1938@northpost.example", "+13205550145", Resident),
    person("tiffany", "Tiffany Brandt", "", "", "tiff.brandt@lakemail.example", "+13205550146", Resident),
    person("omar", "Omar Siddiqui", "", "", "omar.siddiqui@northpost.example", "+13205550147", Resident),
    person("gladys", "Gladys Fenske", "", "", "gladysf@lakemail.example", "+13205550148", Resident),
    person("ray", "Ray Wojcik", "", "", "rwojcik@northpost.example", "+13205550149", Resident),
    person("mei", "Mei Lin", "", "", "mei.lin@lakemail.example", "+13205550150", Resident),
    person("pete", "Pete Larkin", "", "", "pete.larkin@northpost.example", "+13205550151", Resident),
    person("signe", "Signe Haugen", "", "", "signe.haugen@lakemail.example", "+13205550152", Resident),
    person("darnell", "Darnell Whitfield", "", "", "dwhitfield@northpost.example", "+13205550153", Resident),
    person("kirsten", "Kirsten Halvorsen", "", "", "kirsten.h@lakemail.example", "+13205550160", Private),
    person("bob", "Bob Brekke", "", "", "bob.brekke@northpost.example", "+13205550161", Private),
    person("lars", "Lars Olstad", "", "", "lars.olstad@lakemail.example", "+13205550162", Private),
    person("anil", "Anil Raman", "", "", "anil.raman@northpost.example", "+13205550163", Private),
    person("jess", "Jess Gunderson", "", "", "jess.g@lakemail.example", "+13205550164", Private),
    person("mom", "Ardis Quist", "", "", "ardis.quist@northpost.example", "+13205550165", Private),
    person("granddaughter", "Ella Amundson", "", "", "ella.a@lakemail.example", "+13205550166", Private),
    person("league", "Municipal Bulletin", "", "", "bulletin@municities.example", "", Machine),
    person("tractor", "Plow & Profit Weekly", "", "", "news@plowprofit.example", "", Machine),
    person("webinar", "GovGrow Webinars", "", "", "hello@govgrow.example", "", Machine),
    person("library", "Pine River Regional Library", "", "", "events@pineriverlibrary.example", "", Machine),
    person("postmaster", "Mail Delivery System", "", "", "postmaster@cedarbend.example", "", Machine),
    person("scanner", "Copier, second floor", "", "", "scanner@cedarbend.example", "", Machine),
    person("utility", "Cedar Bend Utility Billing", "", "Finance", "utilities@cedarbend.example", "", Machine),
    person("alerts", "Cedar Bend Alerts", "", "", "alerts@cedarbend.example", "", Machine),
];

/// Somebody by the word that stands for them.
pub fn find(key: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.key == key)
}

/// Everybody of one standing.
pub fn all(standing: Standing) -> Vec<&'static Person> {
    PEOPLE.iter().filter(|person| person.standing == standing).collect()
}

/// The custodians as the agency profile names them.
pub fn custodians() -> Vec<CustodianProfile> {
    let profile = |person: &'static Person| {
        let mut addresses = vec![person.address.to_owned()];
        if person.key == "maren" {
            addresses.push("clerk@cedarbend.example".to_owned());
        }
        CustodianProfile {
            name: person.name.to_owned(),
            department: person.department.to_owned(),
            addresses,
            numbers: vec![person.number.to_owned()],
            paths: vec![person.folder(), person.digits().to_owned()],
            elected: person.department == "City Council",
            ..CustodianProfile::default()
        }
    };
    all(Custodian).into_iter().map(profile).collect()
}
